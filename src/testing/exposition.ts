/** A strict reader of the text that Prometheus scrapes (exposition format 0.0.4). For tests. */

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const SAMPLE = new RegExp(`^(${NAME})(\\{(.*)\\})? (NaN|[+-]Inf|[+-]?[\\d.]+(?:e[+-]?\\d+)?)$`);
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(?:,|$)/;
const TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];

/** Each sample by its name and labels as written. Throws, naming the line, for what Prometheus would refuse or misread. */
export function readExposition(text: string): ReadonlyMap<string, number> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    if (line.startsWith('# TYPE ')) {
      const [, , name = '', type = ''] = line.split(' ');
      if (!TYPES.includes(type) || types.has(name)) throw new Error(`bad or second TYPE: ${line}`);
      types.set(name, type);
      continue;
    }
    const found = SAMPLE.exec(line);
    if (found === null) throw new Error(`no sample: ${line}`);
    const [, name = '', labels = '', inner = '', value = ''] = found;
    checkLabels(inner, line);
    if (!types.has(name) && !types.has(name.replace(/_(bucket|sum|count)$/, ''))) throw new Error(`no TYPE: ${line}`);
    const series = `${name}${labels}`;
    if (samples.has(series)) throw new Error(`twice: ${line}`);
    samples.set(series, numberOf(value));
  }
  checkHistograms(samples, types);
  return samples;
}

function checkLabels(inner: string, line: string): void {
  let rest = inner;
  while (rest !== '') {
    const found = LABEL.exec(rest);
    if (found === null) throw new Error(`bad labels: ${line}`);
    rest = rest.slice(found[0].length);
  }
}

/** Buckets grow, and the last of them holds all. */
function checkHistograms(samples: ReadonlyMap<string, number>, types: ReadonlyMap<string, string>): void {
  for (const [name, type] of types) {
    if (type !== 'histogram') continue;
    const buckets = [...samples].filter(([series]) => series.startsWith(`${name}_bucket{`)).map(([, value]) => value);
    const isGrowing = buckets.every((value, index) => index === 0 || value >= (buckets[index - 1] ?? 0));
    if (!isGrowing || buckets.at(-1) !== samples.get(`${name}_count`)) throw new Error(`bad histogram ${name}`);
  }
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}
