"""What is done with mails that arrived: taken in, dealt with by a person, forgotten after a while."""
