from _pkg import cycle_b
name = 'a'
result = cycle_b.late()
