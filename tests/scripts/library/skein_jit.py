# only: skein
# The module of the tracing compiler: settings, statistics, traces. It must say the same however the script is started.
import skein_jit


def total(n):
    sum = 0
    for i in range(n):
        sum += i & 3
    return sum


def fails(f, *args):
    try:
        f(*args)
    except Exception as e:
        print(type(e).__name__, e)


# Settings are kept as given, as far as they can be.
before = skein_jit.parameters()
assert set(before) >= {'threshold', 'exit_threshold', 'trace_length', 'share', 'allowance', 'bridges', 'keep_text'}
for name, value, kept in [('unroll', 7, 7), ('exit_threshold', -3, 0), ('exit-threshold', 10 ** 30, 2 ** 64 - 1), ('share', True, 1)]:
    skein_jit.set(name, value)
    print(name, skein_jit.parameters()[name.replace('-', '_')] == kept)
for name, value in before.items():
    skein_jit.set(name, value)
print(skein_jit.parameters() == before)
fails(skein_jit.set, 'nothing', 1)
fails(skein_jit.set, 1, 1)
fails(skein_jit.set, 'unroll', '1')
fails(skein_jit.set, 'unroll', 1.5)
fails(skein_jit.set_passes, 'fold,nothing')
fails(skein_jit.set_passes, None)

# What is disabled compiles nothing and enters nothing.
skein_jit.disable()
print(skein_jit.enabled(), total(50_000))
entries, loops = (skein_jit.stats()[key] for key in ('entries', 'loops'))
total(50_000)
print(skein_jit.stats()['entries'] - entries, skein_jit.stats()['loops'] - loops)

# Enabled, the loop that ran in the interpreter is found.
skein_jit.set('keep_text', 1)
skein_jit.set('background', 0)
skein_jit.set('allowance', 100_000)
skein_jit.enable()
print(skein_jit.enabled(), total(50_000), total(50_000))
stats = skein_jit.stats()
print(stats['loops'] > loops, stats['entries'] > entries, stats['code_bytes'] > 0, stats['compile_ms'] > 0)
print(0 < stats['compiled_code_ms'] <= stats['run_ms'], sum(stats['stages_ms'].values()) > 0)
mine = [t for t in skein_jit.traces() if t['function'] == 'total' and t['kind'] == 'loop']
print(len(mine), mine[0]['line'], mine[0]['file'] == __file__, mine[0]['entries'] > 0, mine[0]['from_exit'])
text = skein_jit.dump(mine[0]['number'])
print('loop:' in text, 'guard' in text, text == skein_jit.dump(mine[0]['number'], 'trace'))
exits = skein_jit.dump(mine[0]['number'], 'snap')
print(exits.count('exit ') == mine[0]['exits'], 'at total+' in exits)
fails(skein_jit.dump, -1)
fails(skein_jit.dump, 10 ** 6)
fails(skein_jit.dump, mine[0]['number'], 'asm')
fails(skein_jit.dump, mine[0]['number'], 5)
fails(skein_jit.dump, 'x')

# A trace whose text was not kept says so.
skein_jit.set('keep_text', 0)


def other(n):
    while n:
        n -= 1


other(50_000)
number = [t['number'] for t in skein_jit.traces() if t['function'] == 'other'][0]
fails(skein_jit.dump, number)

# Machine code is left for good.
skein_jit.disable()
entries = skein_jit.stats()['entries']
print(total(50_000), skein_jit.stats()['entries'] - entries)
