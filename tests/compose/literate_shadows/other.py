WHO = "file"
