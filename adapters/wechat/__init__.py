"""WeChat Pay: so far what it says of a day's money, its trade bill and its fund bill."""
