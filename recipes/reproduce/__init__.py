"""Every table and figure of the paper, measured on any prepared dataset, beside what is printed."""
