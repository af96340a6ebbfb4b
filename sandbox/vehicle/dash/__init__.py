"""The head unit's screen: a page on loopback that shows the car and its apps' cards."""
