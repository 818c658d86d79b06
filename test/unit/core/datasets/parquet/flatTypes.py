import datetime, decimal, json, sys, uuid
import pyarrow as pa, pyarrow.parquet as pq

folder = sys.argv[1]
N = 1200
D = decimal.Decimal

def nullable(values, step):
    return [None if step and i % step == 1 else v for i, v in enumerate(values)]

def stamp(total, digits, zone):
    seconds, fraction = divmod(total, 10 ** digits)
    at = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
    return at.strftime('%Y-%m-%dT%H:%M:%S').rjust(19, '0') + (f'.{fraction:0{digits}d}' if digits else '') + ('Z' if zone else '')

def clock(total, digits):
    seconds, fraction = divmod(total, 10 ** digits)
    return f'{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{fraction:0{digits}d}'

import random
rnd = random.Random(7)
columns, texts, types = {}, {}, {}

def add(name, type, values, text=str, step=0, raw=None):
    given = nullable(values, step)
    columns[name] = pa.array(given if raw is None else nullable(raw, step), type)
    texts[name] = [None if v is None else text(v) for v in given]

words = ['', 'alpha', 'Grüße', '世界', '👩‍👩‍👧 family', 'line\nbreak "quoted" \\', 'x' * 700]
for step in (0, 3):
    s = 'n' if step else 'r'
    add(f'text_{s}', pa.string(), [f'{words[i % 7]}{rnd.randrange(10**6)}' for i in range(N)], step=step)
    add(f'few_{s}', pa.string(), [words[rnd.randrange(7)] for _ in range(N)], step=step)
    add(f'prefixed_{s}', pa.string(), [f'https://example.com/post/{i // 7}/{i}' for i in range(N)], step=step)
    add(f'flag_{s}', pa.bool_(), [rnd.random() < .5 for _ in range(N)], lambda v: 'true' if v else 'false', step)
    for bits in (8, 16, 32, 64):
        lo, hi = -2 ** (bits - 1), 2 ** (bits - 1) - 1
        add(f'int{bits}_{s}', getattr(pa, f'int{bits}')(), [lo, hi, 0, -1] + [rnd.randint(lo, hi) for _ in range(N - 4)], step=step)
        add(f'uint{bits}_{s}', getattr(pa, f'uint{bits}')(), [0, 2 ** bits - 1] + [rnd.randint(0, 2 ** bits - 1) for _ in range(N - 2)], step=step)
    add(f'rising_{s}', pa.int64(), [1725840000000 + 1000 * i for i in range(N)], step=step)
    add(f'double_{s}', pa.float64(), [i / 4 for i in range(N)], lambda v: str(int(v)) if v == int(v) else str(v), step)
    add(f'float_{s}', pa.float32(), [i / 4 for i in range(N)], lambda v: str(int(v)) if v == int(v) else str(v), step)
    add(f'half_{s}', pa.float16(), [float(i % 64) / 4 for i in range(N)], lambda v: str(int(v)) if v == int(v) else str(v), step)
    for precision, scale in ((7, 2), (17, 4), (38, 10), (60, 20)):
        make = pa.decimal128 if precision <= 38 else pa.decimal256
        lim = 10 ** precision - 1
        ctx = decimal.Context(prec=80)
        add(f'decimal{precision}_{s}', make(precision, scale), [ctx.scaleb(D(v), -scale) for v in [lim, -lim, 0, -1] + [rnd.randint(-lim, lim) for _ in range(N - 4)]], lambda v: f'{v:f}', step)
    add(f'date_{s}', pa.date32(), [i * 7 - 9000 for i in range(N)], lambda v: (datetime.date(1970, 1, 1) + datetime.timedelta(days=v)).isoformat(), step)
    for unit, digits in (('ms', 3), ('us', 6), ('ns', 9)):
        day = 86400 * 10 ** digits
        add(f'time_{unit}_{s}', (pa.time32 if unit == 'ms' else pa.time64)(unit), [rnd.randrange(day) for _ in range(N)], lambda v, d=digits: clock(v, d), step)
        for zone in (None, 'UTC'):
            span = 2 * 10 ** 9 * 10 ** digits
            add(f'stamp_{unit}_{zone}_{s}', pa.timestamp(unit, zone), [rnd.randrange(-span, span) for _ in range(N)], lambda v, d=digits, z=zone: stamp(v, d, z), step)
    import base64
    add(f'bytes_{s}', pa.binary(), [rnd.randbytes(i % 9) for i in range(N)], lambda v: base64.b64encode(v).decode(), step)
    add(f'fixed_{s}', pa.binary(5), [rnd.randbytes(5) for _ in range(N)], lambda v: base64.b64encode(v).decode(), step)
    ids = [uuid.UUID(int=rnd.getrandbits(128)) for _ in range(N)]
    add(f'uuid_{s}', pa.uuid(), ids, str, step, [v.bytes for v in ids])
add('nothing', pa.string(), [None] * N)
add('null_type', pa.null(), [None] * N)
add('inner', pa.int32(), list(range(N)), step=5)

table = pa.table(columns)
inner = pa.array([None if i % 4 == 2 else {'x': None if i % 5 == 1 else i, 'y': f'y{i}'} for i in range(N)], pa.struct([('x', pa.int32()), ('y', pa.string())]))
table = table.append_column('pair', inner)
texts['pair.x'] = [None if i % 4 == 2 or i % 5 == 1 else str(i) for i in range(N)]
texts['pair.y'] = [None if i % 4 == 2 else f'y{i}' for i in range(N)]
json.dump(texts, open(f'{folder}/expected.json', 'w'))

def kind(name):
    return name.rsplit('_', 1)[0]

def delta(name):
    k = kind(name)
    if k in ('text', 'few', 'bytes'): return 'DELTA_LENGTH_BYTE_ARRAY'
    if k == 'prefixed': return 'DELTA_BYTE_ARRAY'
    if k == 'flag': return 'RLE'
    if k == 'fixed' or k == 'uuid': return 'DELTA_BYTE_ARRAY'
    if k.startswith(('int', 'uint', 'rising', 'date', 'time', 'stamp')) and k != 'inner': return 'DELTA_BINARY_PACKED'
    return 'PLAIN'

def split(name):
    k = kind(name)
    if k.startswith(('int', 'rising', 'double', 'float', 'half', 'date', 'fixed', 'uuid', 'decimal')) and k != 'inner': return 'BYTE_STREAM_SPLIT'
    return 'PLAIN'

leaves = [n for n in table.column_names if n != 'pair'] + ['pair.x', 'pair.y']
files = {
    'default': dict(),
    'small-pages': dict(data_page_size=600, row_group_size=1100, compression='zstd', write_page_index=True),
    'v2': dict(data_page_version='2.0', compression='zstd', data_page_size=2000, write_page_checksum=True),
    'v2-plain': dict(data_page_version='2.0', compression='none', use_dictionary=False),
    'plain': dict(use_dictionary=False, compression='none', data_page_size=3000, write_page_checksum=True),
    'delta': dict(use_dictionary=False, column_encoding={n: delta(n) for n in leaves}, compression='gzip', data_page_size=5000),
    'delta-v2': dict(use_dictionary=False, column_encoding={n: delta(n) for n in leaves}, compression='snappy', data_page_version='2.0'),
    'split': dict(use_dictionary=False, column_encoding={n: split(n) for n in leaves}, compression='lz4', data_page_size=2500),
    'brotli': dict(compression='brotli', row_group_size=500),
    'integer-decimals': dict(store_decimal_as_integer=True, compression='snappy'),
}
for name, options in files.items():
    pq.write_table(table, f'{folder}/{name}.parquet', **options)
pq.write_table(table.drop([n for n in table.column_names if '_ns_' in n]), f'{folder}/version-1.parquet', version='1.0', compression='snappy')
pq.write_table(pa.table({'old': pa.array([None if i % 3 == 0 else i * 10**15 for i in range(-1500, 1500)], pa.timestamp('ns'))}), f'{folder}/int96.parquet', use_deprecated_int96_timestamps=True)
pq.write_table(table.slice(0, 0), f'{folder}/empty.parquet')
