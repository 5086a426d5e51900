# golden: 3.14
# datetime, time, calendar, contextvars, warnings, logging, statistics.
import contextvars
import datetime as dt
import warnings
d = dt.datetime(2024, 2, 29, 13, 5, 7, 123456)
print(d, repr(d), d.date(), d.time(), d.isoformat(' ', 'seconds'), d.strftime('%Y/%m/%d %H:%M:%S.%f %j %a %b %p'), d + dt.timedelta(days=366, hours=12), d - dt.datetime(2024, 1, 1), d.weekday(), d.isocalendar(), d.replace(year=2023, day=1), d < dt.datetime.max)
print(dt.date(2024, 1, 31).toordinal(), dt.date.fromisoformat('2024-12-25'), dt.datetime.fromisoformat('2024-01-02T03:04:05+02:00'), dt.datetime.strptime('5 Mar 2021 04:05', '%d %b %Y %H:%M'), dt.timedelta(days=-1, seconds=5), dt.timedelta(1.5) * 2, dt.timedelta(hours=5) / dt.timedelta(hours=2), abs(dt.timedelta(-1)), dt.timedelta(seconds=90).total_seconds())
tz = dt.timezone(dt.timedelta(hours=5, minutes=30), 'IST')
print(dt.datetime(2024, 1, 1, tzinfo=tz), dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc).astimezone(tz), tz, dt.datetime(2024, 1, 1, 12, tzinfo=tz) == dt.datetime(2024, 1, 1, 6, 30, tzinfo=dt.timezone.utc), dt.datetime.fromtimestamp(0, dt.timezone.utc), d.timetuple().tm_yday)
for bad in (lambda: dt.date(2023, 2, 29), lambda: dt.datetime(2024, 1, 1) < dt.datetime(2024, 1, 1, tzinfo=tz), lambda: dt.date.fromisoformat('x'), lambda: dt.datetime.strptime('x', '%Y'), lambda: dt.timedelta(days=10 ** 10)):
    try:
        bad()
    except (ValueError, TypeError, OverflowError) as e:
        print(type(e).__name__)
v = contextvars.ContextVar('v', default='default')
token = v.set('outer')


def inside():
    v.set('inner')
    return v.get()


ctx = contextvars.copy_context()
print(ctx.run(inside), v.get(), ctx[v], v in ctx, token.old_value is contextvars.Token.MISSING, v.name)
v.reset(token)
print(v.get())
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter('always')
    warnings.warn('careful', UserWarning)
    warnings.warn('old', DeprecationWarning, stacklevel=1)
    print([(str(x.message), x.category.__name__) for x in w])
with warnings.catch_warnings():
    warnings.simplefilter('error')
    try:
        warnings.warn('now an error')
    except UserWarning as e:
        print('raised', e)
import logging
import io
stream = io.StringIO()
handler = logging.StreamHandler(stream)
handler.setFormatter(logging.Formatter('%(levelname)s:%(name)s:%(message)s'))
log = logging.getLogger('app')
log.addHandler(handler)
log.setLevel(logging.INFO)
log.propagate = False
log.debug('hidden')
log.info('shown %s %d', 'x', 5)
log.warning('careful')
try:
    1 / 0
except ZeroDivisionError:
    log.exception('failed')
print(stream.getvalue().splitlines()[:4], stream.getvalue().splitlines()[-1], log.isEnabledFor(logging.DEBUG), logging.getLevelName(30))
import calendar
print(calendar.monthrange(2024, 2), calendar.isleap(2000), calendar.month(2024, 2).splitlines()[2], calendar.timegm((1970, 1, 2, 0, 0, 0)))
import time
print(time.gmtime(0)[:6], time.strftime('%Y-%m-%d', time.gmtime(86400)), time.mktime(time.localtime(1000)) == 1000, time.perf_counter() <= time.perf_counter(), time.monotonic_ns() > 0, type(time.time()).__name__)
import statistics
print(statistics.mean([1, 2, 3, 4]), statistics.median([1, 3, 2]), statistics.mode('aab'), statistics.pstdev([1, 1, 1]), round(statistics.stdev([1, 2, 3, 4]), 6), statistics.quantiles([1, 2, 3, 4], n=2))
