import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveArguments } from '../../model/evaluation/reference.ts';
import { importRecords } from './import-records.ts';
import type { ImportedSet } from './imported-set.ts';
import { parsePythonCall } from './python-call.ts';

const FOLDER = join(import.meta.dirname, '../../../fixtures/evaluation/records');
const read = (name: string) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') });
const nestful = () => importRecords(read('nestful.jsonl'));
const bfcl = () => importRecords(read('bfcl.jsonl'), read('bfcl-answers.jsonl'));

/** Steps whose resolved call has no recorded answer, or another one than the step says. */
function unanswered({ instances, answers }: ImportedSet): string[] {
  const known = new Map(answers.map((one) => [JSON.stringify([one.tool, one.arguments]), one]));
  return instances.flatMap(({ id, tasks }) =>
    tasks.flatMap(({ steps }) =>
      steps.flatMap((step) => {
        const args = resolveArguments(step.arguments, (label) => steps.find((one) => one.label === label)?.goldResult);
        const found = known.get(JSON.stringify([step.tool, args]));
        const isRight = JSON.stringify(found?.result) === JSON.stringify(step.goldResult);
        return isRight && JSON.stringify(step.goldResult).includes(step.canary) ? [] : [`${id} ${step.label}`];
      }),
    ),
  );
}

function stepsOf(set: ImportedSet, id: string) {
  return set.instances.find((one) => one.id === id)?.tasks[0]?.steps ?? [];
}

describe.each([
  ['NESTFUL', nestful],
  ['BFCL v3', bfcl],
])('ten records of %s', (_name, load) => {
  it('become ten instances, all of whose gold calls have their answers', () => {
    const set = load();
    expect(set.instances.length).toBe(10);
    expect(unanswered(set)).toEqual([]);
    const names = set.tools.map(({ name }) => name);
    expect(set.instances.flatMap(({ tasks }) => tasks.flatMap(({ steps }) => steps.map(({ tool }) => tool)))).toEqual(
      expect.arrayContaining(names),
    );
  });

  it('are the same every time', () => {
    expect(JSON.stringify(load())).toBe(JSON.stringify(load()));
  });

  it('say which answers are made up', () => {
    const { notes } = load();
    expect(notes.filter(({ message }) => message.includes('made up')).length).toBeGreaterThan(3);
    expect(notes.every(({ line, id }) => line >= 1 && id !== '')).toBe(true);
  });
});

describe('NESTFUL', () => {
  it('keeps references, what follows from them and what is recorded', () => {
    expect(stepsOf(nestful(), 'nestful/n2').map(({ after, goldResult }) => ({ after, goldResult }))).toEqual([
      { after: [], goldResult: { result: 50.2655, mark: expect.any(String) } },
      { after: [], goldResult: { result: 300, mark: expect.any(String) } },
      { after: ['$var_2', '$var_1'], goldResult: { result: 249.7345, mark: expect.any(String) } },
    ]);
  });

  it('gives the answer to the whole to the last call', () => {
    expect(stepsOf(nestful(), 'nestful/n5').at(-1)?.goldResult).toMatchObject({ joined: 'one-two-three' });
  });
});

describe('BFCL v3', () => {
  it('makes calls of a conversation follow each other and leaves parallel ones free', () => {
    expect(stepsOf(bfcl(), 'bfcl/multi_turn_1').map(({ after }) => after)).toEqual([[], ['$var_1'], ['$var_2']]);
    expect(stepsOf(bfcl(), 'bfcl/parallel_2').map(({ after }) => after)).toEqual([[], [], []]);
  });

  it('leaves out a call that was made before, and says so', () => {
    const set = bfcl();
    expect(stepsOf(set, 'bfcl/multi_turn_2').map(({ tool }) => tool)).toEqual(['ls', 'echo']);
    expect(set.notes).toContainEqual({
      file: 'bfcl.jsonl',
      line: 8,
      id: 'bfcl/multi_turn_2',
      message: '$var_3 is the same call as $var_1 and is left out',
    });
  });

  it('puts what follows a call that was left out after all that it followed', () => {
    const turns = [['ls()'], ["touch(name='a')"], ['ls()', "rm(name='a')"]];
    const text = JSON.stringify({ id: 'x', question: [[{ role: 'user', content: 'go' }]], ground_truth: turns });
    expect(stepsOf(importRecords({ name: 'x', text }), 'bfcl/x').map(({ label, after }) => [label, after])).toEqual([
      ['$var_1', []],
      ['$var_2', ['$var_1']],
      ['$var_4', ['$var_1', '$var_2']],
    ]);
  });
});

describe('a malformed record', () => {
  const good = read('nestful.jsonl').text.split('\n');
  const spoiled = (line: number, change: (text: string) => string) =>
    good.map((text, index) => (index + 1 === line ? change(text) : text)).join('\n');

  it.each([
    ['no JSON', spoiled(3, (text) => text.slice(0, -5)), 'x.jsonl:3: expected JSON'],
    ['no instruction', spoiled(5, (text) => text.replace('"input"', '"imput"')), 'x.jsonl:5: input: '],
    [
      'an unknown tool',
      spoiled(2, (text) => text.replace('\\"circle_area\\", \\"label', '\\"disc\\", \\"label')),
      "x.jsonl:2: output.0.name: no tool of the record is called 'disc'",
    ],
    [
      'a reference to nothing',
      spoiled(7, (text) => text.replace('$var_1.result$', '$var_9.result$')),
      'x.jsonl:7: output.1.arguments: refers to $var_9, which is no earlier call',
    ],
    ['an id that stands twice', spoiled(4, () => good[0] ?? ''), 'x.jsonl:4: the id nestful/n1 stands in line 1 too'],
    ['another format', '{"prompt": "?"}', 'x.jsonl:1: expected a NESTFUL record'],
    ['nothing at all', ' \n', 'x.jsonl: there is no record in it'],
    ['a list that does not end', `[\n${good[0]},\n${good[1]?.slice(0, -1)}`, 'x.jsonl:3: '],
  ])('is named by file and line: %s', (_name, text, message) => {
    expect(() => importRecords({ name: 'x.jsonl', text })).toThrow(message);
  });

  it('is named by its own line in a list too', () => {
    const text = `[\n${good[0]},\n\n{"input": "x",\n "tools": []}\n]`;
    expect(() => importRecords({ name: 'x.json', text })).toThrow('x.json:4: output: ');
    expect(importRecords({ name: 'x.json', text: `[${good.slice(0, 3).join(',\n')}]` }).instances.length).toBe(3);
  });

  it.each([
    ['ls(', "bfcl.jsonl:1: ground_truth: expected a literal at '' of ls("],
    ['ls(a=b)', "bfcl.jsonl:1: ground_truth: expected a literal at 'b)' of ls(a=b)"],
    ['ls() x', "bfcl.jsonl:1: ground_truth: expected the end at 'x' of ls() x"],
  ])('is named where its call is not one: %s', (call, message) => {
    const text = JSON.stringify({ id: 'a', question: [[{ role: 'user', content: 'x' }]], ground_truth: [[call]] });
    expect(() => importRecords({ name: 'bfcl.jsonl', text })).toThrow(message);
  });
});

it('reads calls as Python writes them', () => {
  const call = `a.b(x='it\\'s', y = "q", n=-1.5e3, t=True, f=False, z=None, l=[1, 'two', (3,)], m={'k': {'v': []}},)`;
  expect(parsePythonCall(call)).toEqual({
    name: 'a.b',
    arguments: { x: "it's", y: 'q', n: -1500, t: true, f: false, z: null, l: [1, 'two', [3]], m: { k: { v: [] } } },
  });
  expect(parsePythonCall("sort('report.pdf', 2)").arguments).toEqual({ arg_0: 'report.pdf', arg_1: 2 });
});
