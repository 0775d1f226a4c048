"""E-mail (邮件): what a letter looks like, and a way to hand it to a mail server."""
