import { type OpenBenchmarks, repeated } from '../model/testing/benchmark.ts';
import { isObject, type JsonObject, parseJson } from './json-rpc.ts';
import { MODERN_TASK, TOOL_RESULT } from './testing/stage.ts';
import { type ReplyForm, validateReply } from './validation.ts';

const FORM: ReplyForm = { dialect: 'tasks-2026-07-28', era: 'modern', op: 'get', task: 't1' };

/** Every reply is held against the official schemas and our own rules while the run goes on. */
export const openBenchmarks: OpenBenchmarks = async () => {
  const working = { resultType: 'complete', ...MODERN_TASK };
  const completed = { ...working, status: 'completed', result: TOOL_RESULT };
  return {
    benchmarks: [
      benchmarkOf('reply validated, working', working),
      benchmarkOf('reply validated, completed', completed),
    ],
    async [Symbol.asyncDispose]() {},
  };
};

function benchmarkOf(name: string, result: JsonObject) {
  const text = JSON.stringify({ jsonrpc: '2.0', id: 417, result });
  const reply = parseJson(text);
  if (!isObject(reply)) throw new Error('expected the reply to be an object');
  // A reply with faults takes another way through the validator.
  const faults = validateReply(FORM, reply);
  if (faults.length > 0) throw new Error(`expected a good reply, got: ${faults.join('; ')}`);
  return {
    name,
    subject: repeated(200, () => validateReply(FORM, reply)),
    baseline: { name: 'JSON.parse of it', ...repeated(200, () => parseJson(text)) },
    ratioMax: 12,
  };
}
