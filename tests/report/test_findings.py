"""The findings as a page: every claim in the model and on the sample, from one command."""

from __future__ import annotations

import re

from alvh.lab import Study
from alvh.lab.claims import main_model
from alvh.report.findings import NAMES, main, main_verdicts


def test_it_prints_every_claim_with_the_sentences_of_the_core(capsys):
    assert main(["--n-paths", "100"]) == 0
    text = capsys.readouterr().out
    assert "python -m alvh.report.findings --n-paths 100\n" in text
    for where in ("## In the model", "## On real days: the offline sample"):
        part = text.split(where)[1].split("\n## ")[0]
        for number in range(1, 7):
            section = part.split(f"### {number}. ")[1].split("\n### ")[0]
            assert re.search(r"^- \*\*(Holds|Fails|Cannot be told)\.\*\* ", section, re.MULTILINE)
    claim = main_model(Study(n_paths=100))
    for verdict in main_verdicts(claim):
        assert verdict.sentence in text
    assert all(f"| {name} |" in text for name in NAMES.values() if name not in _ABSENT)


_ABSENT = {"static ×0"}


def test_a_file_that_cannot_be_used_is_refused_in_words(capsys, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("date,close\n2020-01-02,1\n")
    assert main(["--csv", str(path)]) == 2
    assert capsys.readouterr().err.startswith("findings: ")
    assert main(["--n-paths", "5"]) == 2
    assert "n_paths" in capsys.readouterr().err
