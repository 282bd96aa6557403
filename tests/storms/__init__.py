"""The heavy half of the tests of stock: storms of processes, crashes, power cuts and seeded mistakes."""
