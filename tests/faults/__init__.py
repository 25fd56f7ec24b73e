"""What is left when a process is killed, a database goes away, and many write at once."""
