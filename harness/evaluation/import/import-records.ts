import { createHash } from 'node:crypto';
import { canonicalJson } from '../../model/canonical.ts';
import type { Instance, Json, JsonMap, Step } from '../../model/evaluation/instance.ts';
import { referencesIn, resolveArguments, valueAt } from '../../model/evaluation/reference.ts';
import { bfclDrafts } from './bfcl.ts';
import type {
  CallDraft,
  ImportedSet,
  ImportedTool,
  ImportFile,
  ImportNote,
  RecordDraft,
  RecordedAnswer,
} from './imported-set.ts';
import { nestfulDrafts } from './nestful.ts';
import { malformed, recordsOf } from './record-lines.ts';

/**
 * Problems out of a file of NESTFUL or BFCL v3 records; which of the two is seen from its first record. `answers` is the second
 * file that BFCL has. Where a record does not say what a call answered, the answer is made up from the call, the same each
 * time, and a note says so. Throws a UsageError that names file and line of a record that is not as expected.
 */
export function importRecords(file: ImportFile, answers: ImportFile | null = null): ImportedSet {
  const drafts = isBfcl(file) ? bfclDrafts(file, answers) : nestfulDrafts(file);
  const notes: ImportNote[] = [];
  const answersByCall = new Map<string, RecordedAnswer>();
  const ids = new Map<string, number>();
  const instances = drafts.map((draft): Instance => {
    const earlier = ids.get(draft.id);
    if (earlier !== undefined)
      throw malformed(draft.file, draft.line, `the id ${draft.id} stands in line ${earlier} too`);
    ids.set(draft.id, draft.line);
    const steps = answerCalls(draft, answersByCall, notes);
    const { id, instruction } = draft;
    const task = { id: 'A', toolClass: id.split('/')[0] ?? '', workspace: '', instruction, steps, goldState: null };
    return { id, kind: 'single', tasks: [task] };
  });
  return { instances, tools: mergeTools(drafts), answers: [...answersByCall.values()], notes };
}

function isBfcl(file: ImportFile): boolean {
  const [first] = recordsOf(file);
  const isKnown = (name: string) => valueAt(first?.value ?? null, name) !== undefined;
  if (isKnown('question')) return true;
  if (isKnown('input')) return false;
  throw malformed(
    file.name,
    first?.line ?? 1,
    "expected a NESTFUL record (with 'input') or one of BFCL (with 'question')",
  );
}

/** The calls with their answers. One that is equal to an earlier one is left out: the two could not be told apart. */
function answerCalls(draft: RecordDraft, known: Map<string, RecordedAnswer>, notes: ImportNote[]): Step[] {
  const steps: Step[] = [];
  const firsts = new Map<string, string>();
  const replaced = new Map<string, string>();
  /** What comes after a call that was left out comes after what that came after. */
  const standing = new Map<string, readonly string[]>();
  const note = (message: string) => notes.push({ file: draft.file, line: draft.line, id: draft.id, message });
  const madeUp: string[] = [];
  const standingFor = (labels: readonly string[]) => labels.flatMap((label) => standing.get(label) ?? [label]);
  for (const call of draft.calls) {
    const given = relabelled(call.arguments, replaced);
    const args = resolveArguments(given, (label) => steps.find((one) => one.label === label)?.goldResult);
    const key = `${call.tool}\n${canonicalJson(args)}`;
    const first = firsts.get(key);
    if (first !== undefined) {
      replaced.set(call.label, first);
      standing.set(call.label, [first, ...standingFor(call.after)]);
      note(`${call.label} is the same call as ${first} and is left out`);
      continue;
    }
    firsts.set(key, call.label);
    const answer = known.get(key) ?? answerOf(call, args, key, neededPaths(draft, call.label));
    if (!known.has(key) && call.output === undefined) madeUp.push(call.label);
    if (call.output !== undefined && !isAnswer(call.output, answer)) {
      note(`${call.label} is answered otherwise in an earlier record; what it says there holds`);
    }
    known.set(key, answer);
    const needed = [...referencesIn(given).map(({ label }) => label), ...call.after];
    const after = [...new Set(standingFor(needed))];
    const { label, tool } = call;
    steps.push({ label, tool, arguments: given, after, goldResult: answer.result, canary: answer.canary });
  }
  if (madeUp.length > 0) note(`what ${madeUp.join(', ')} answered is not recorded and is made up`);
  return steps;
}

/** The same with references to calls that were left out turned to those that stand for them. */
function relabelled(args: JsonMap, replaced: ReadonlyMap<string, string>): JsonMap {
  if (replaced.size === 0) return args;
  let text = JSON.stringify(args);
  for (const [from, to] of replaced) text = text.replaceAll(`${from}.`, () => `${to}.`);
  const value: JsonMap = JSON.parse(text);
  return value;
}

function isAnswer(output: Json, { result }: RecordedAnswer): boolean {
  return Object.entries(asMap(output)).every(([name, value]) => canonicalJson(result[name]) === canonicalJson(value));
}

function neededPaths({ calls }: RecordDraft, label: string): string[] {
  return calls
    .flatMap((one) => referencesIn(one.arguments))
    .flatMap((reference) => (reference.label === label ? [reference.path] : []));
}

function answerOf(call: CallDraft, args: JsonMap, key: string, paths: readonly string[]): RecordedAnswer {
  const digest = createHash('sha256').update(key).digest('hex');
  const canary = `k${digest.slice(0, 10)}`;
  const recorded = call.output === undefined ? {} : asMap(call.output);
  const names = call.output === undefined ? Object.keys(call.outputTypes) : [];
  const missing = [...names, ...paths.map((path) => path.split('.')[0] ?? path)].filter(
    (name) => !Object.hasOwn(recorded, name),
  );
  const made = Object.fromEntries(
    missing.map((name) => [name, standIn(call.outputTypes[name] ?? 'any', digest, name)]),
  );
  return { tool: call.tool, arguments: args, result: { ...recorded, ...made, mark: canary }, canary };
}

function asMap(output: Json): JsonMap {
  return typeof output === 'object' && output !== null && !Array.isArray(output)
    ? Object.fromEntries(Object.entries(output))
    : { result: output };
}

/** A value of that type that follows from the call. */
function standIn(type: string, digest: string, name: string): Json {
  const own = createHash('sha256').update(`${digest}/${name}`).digest('hex');
  const number = Number.parseInt(own.slice(0, 6), 16);
  if (/^(int|integer|long)/i.test(type)) return number;
  if (/^(number|float|double)/i.test(type)) return number / 100;
  if (/^bool/i.test(type)) return number % 2 === 0;
  if (/^(array|list|tuple)/i.test(type)) return [`made-up-${own.slice(0, 8)}`];
  return `made-up-${own.slice(0, 8)}`;
}

/** A name that records describe in several ways takes what any of them takes. */
function mergeTools(drafts: readonly RecordDraft[]): ImportedTool[] {
  const tools = new Map<string, ImportedTool>();
  for (const tool of drafts.flatMap((draft) => draft.tools)) {
    const known = tools.get(tool.name);
    const required =
      known === undefined ? tool.required : known.required.filter((name) => tool.required.includes(name));
    const properties = { ...known?.properties, ...tool.properties };
    tools.set(tool.name, { ...tool, description: known?.description || tool.description, properties, required });
  }
  return [...tools.values()];
}
