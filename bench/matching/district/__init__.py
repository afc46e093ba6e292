"""Made-up districts: families, names by custom, files and their mistakes, all from one seed."""
