"""From a press release to its figures: which numbers a text reports, and what each of them counts, where and when."""
