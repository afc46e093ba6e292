"""Why a record has its grade: codes with a sentence each, bits by detail, a picture."""
