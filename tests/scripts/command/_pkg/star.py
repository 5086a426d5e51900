__all__ = ['public']
public = 'public name'
hidden = 1
_private = 2
