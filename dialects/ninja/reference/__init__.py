"""The reference tables of this API: countries, currencies, languages, industries, sizes."""
