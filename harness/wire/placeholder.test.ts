import { describe, expect, it } from 'vitest';
import {
  CALL_PLACEHOLDERS,
  checkPlaceholders,
  fillArguments,
  fillText,
  type Lookup,
  numberRange,
  placeholdersIn,
} from './placeholder.ts';

const VALUES: Readonly<Record<string, string | number>> = { token: 't1', ms: 600, id: '4711', n: 3 };
const lookup: Lookup = ({ name }) => VALUES[name];

describe('placeholder', () => {
  it('is found anywhere in a template, with its words', () => {
    expect(placeholdersIn({ a: '{{token}}-{{ms}}', b: [{ c: '{{ number 1 9 }}' }], d: 4 })).toEqual([
      { name: 'token', words: [] },
      { name: 'ms', words: [] },
      { name: 'number', words: ['1', '9'] },
    ]);
  });

  it('is replaced inside a text; one without a value leaves nothing', () => {
    expect(fillText('run {{token}} for {{ ms }} ms{{key}}', lookup)).toBe('run t1 for 600 ms');
  });

  it('has its natural type where it stands alone and no schema speaks', () => {
    expect(fillArguments({ a: '{{token}}', b: '{{ms}}', c: ['{{n}}'], d: { e: 'x{{n}}' } }, lookup, null)).toEqual({
      a: 't1',
      b: 600,
      c: [3],
      d: { e: 'x3' },
    });
  });

  it('takes the type that the input schema gives the argument', () => {
    const schema = {
      properties: {
        pid: { type: 'integer' },
        text: { type: 'string' },
        either: { type: ['string', 'null'] },
        choice: { anyOf: [{ type: 'number' }, { type: 'null' }] },
        list: { type: 'array', items: { type: 'number' } },
        word: { type: 'integer' },
        inner: { type: 'object', properties: { pid: { type: 'number' } } },
      },
    };
    const template = {
      pid: '{{id}}',
      text: '{{ms}}',
      either: '{{ms}}',
      choice: '{{id}}',
      list: ['{{id}}'],
      word: '{{token}}',
      inner: { pid: '{{id}}' },
    };
    expect(fillArguments(template, lookup, schema)).toEqual({
      pid: 4711,
      text: '600',
      either: '600',
      choice: 4711,
      list: [4711],
      word: 't1',
      inner: { pid: 4711 },
    });
  });

  it('is left out as an argument when it has no value', () => {
    expect(fillArguments({ key: '{{key}}', topic: '{{token}}' }, lookup, null)).toEqual({ topic: 't1' });
  });

  it('that nobody knows is refused with the known ones', () => {
    const check = (text: string) => () => checkPlaceholders({ a: text }, CALL_PLACEHOLDERS, 'tools.work.arguments');
    expect(check('{{token}} {{env.HOME}} {{number 1 9}}')).not.toThrow();
    expect(check('{{tokn}}')).toThrow(
      "Unknown placeholder '{{tokn}}' in tools.work.arguments; known: {{dir}}, {{env.NAME}}, {{key}}, {{ms}}, {{number A B}}, " +
        "{{n}}, {{port}}, {{sink}}, {{token}}. Did you mean '{{token}}'?",
    );
    expect(check('{{number 9 1}}')).toThrow("Unknown placeholder '{{number 9 1}}'");
    expect(check('{{id}}')).toThrow("Unknown placeholder '{{id}}'");
  });

  it('gives a range of integers only where there is one', () => {
    expect(numberRange({ name: 'number', words: ['-3', '5'] })).toEqual({ from: -3, to: 5 });
    expect(numberRange({ name: 'number', words: ['1', '2.5'] })).toBeNull();
    expect(numberRange({ name: 'number', words: ['1'] })).toBeNull();
    expect(numberRange({ name: 'n', words: ['1', '2'] })).toBeNull();
  });
});
