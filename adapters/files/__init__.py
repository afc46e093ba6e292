"""Sources that are files in a folder or over SFTP. May use mapping and network."""
