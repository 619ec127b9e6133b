"""Risk of a book: exposures, and expectations with their uncertainty."""
