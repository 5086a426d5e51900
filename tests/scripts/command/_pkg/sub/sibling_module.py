text = 'from the sibling'
