"""What the pages of the desk show: sentences and cards made from loaded objects. Decides nothing, writes nothing."""
