"""How documents come in: files, folders, archives, uploads; every version is kept."""
