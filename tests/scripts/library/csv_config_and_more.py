# csv, configparser, graphlib, uuid, secrets.
import io
import csv
out = io.StringIO()
writer = csv.writer(out)
writer.writerows([['a', 'b,c', 'd"e'], [1, None, 2.5], ['x\ny', '', "it's"]])
print(repr(out.getvalue()), list(csv.reader(io.StringIO(out.getvalue()))), list(csv.DictReader(io.StringIO('h1,h2\n1,2\n'))), list(csv.reader(['a;b'], delimiter=';')))
import configparser
c = configparser.ConfigParser()
c.read_string('[s]\nkey = value\nn = 5\nflag = yes\n[t]\nref = ${x}\n')
print(c.sections(), c['s']['key'], c.getint('s', 'n'), c.getboolean('s', 'flag'), c.get('s', 'none', fallback='f'), dict(c['s']))
import queue, sched, uuid, secrets, keyword, token, bisect, graphlib
print(list(graphlib.TopologicalSorter({'d': {'b', 'c'}, 'b': {'a'}, 'c': {'a'}}).static_order())[0::3], keyword.iskeyword('match'), keyword.iskeyword('def'), uuid.UUID('12345678123456781234567812345678'), uuid.uuid5(uuid.NAMESPACE_DNS, 'skein'), len(secrets.token_hex(8)))
