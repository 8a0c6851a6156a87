import { isObject, type JsonObject } from '../../wire/json-rpc.ts';
import { type Answer, described } from '../answer.ts';
import { createModernClient } from '../modern-client.ts';
import { answersFor, questionsOf } from '../modern-questions.ts';
import { getTask } from '../modern-task.ts';
import { broken, judged, noneSeen, notApplicable, type Observation, type Probe } from '../probe.ts';

/** A call that asks before there is a task: its questions are settled before its receipt. */
export const modernRounds: Probe = {
  meta: {
    id: 'modern-rounds',
    title: 'questions before there is a task',
    description: 'Calls a tool that asks first, without answers and with them, and looks when the receipt comes.',
    observes: ['2026-14'],
    dialects: ['tasks-2026-07-28', 'grace'],
    transports: ['stdio', 'http'],
  },
  async run(session) {
    const call = session.tools.call('asking-first', { ms: 50 });
    if (call === null) return [notApplicable('2026-14', session.tools.missing('asking-first'))];
    const client = createModernClient(await session.link(), session.limits.requestMs);
    const params: JsonObject = { name: call.name, arguments: call.arguments };
    const asked = await client.request('tools/call', params);
    if (asked.result?.resultType !== 'input_required') {
      return isReceipt(asked) && isObject(asked.result?.inputRequests)
        ? [broken('2026-14', 'a receipt came together with questions', asked)]
        : noneSeen(['2026-14'], `the call asked nothing first: ${described(asked)}`);
    }
    const state = asked.result.requestState === undefined ? {} : { requestState: asked.result.requestState };
    const unanswered = await client.request('tools/call', { ...params, ...state, inputResponses: {} });
    const questions = questionsOf(asked);
    const inputResponses = answersFor(questions, call);
    const answered = await client.request('tools/call', { ...params, ...state, inputResponses });
    return [tooEarly(unanswered), ...(await settled(answered, (taskId) => getTask(client, taskId), questions))];
  },
};

function tooEarly(unanswered: Answer): Observation {
  const words = {
    met: 'the receipt came after the answers',
    broken: 'a receipt came before the questions were answered',
  };
  return judged('2026-14', !isReceipt(unanswered), words, unanswered);
}

async function settled(
  answered: Answer,
  get: (taskId: string) => Promise<Answer>,
  questions: ReadonlyMap<string, JsonObject>,
): Promise<readonly Observation[]> {
  const taskId = answered.result?.taskId;
  if (!isReceipt(answered) || typeof taskId !== 'string') {
    return noneSeen(['2026-14'], `the answered call came to ${described(answered)}`);
  }
  const read = await get(taskId);
  const open = questionsOf(read);
  const isAskedAgain = [...questions.keys()].some((key) => open.has(key));
  const words = {
    met: 'the receipt came after the answers',
    broken: 'the task asks again what was answered before its receipt',
  };
  return [judged('2026-14', !isAskedAgain, words, answered, read)];
}

function isReceipt({ result }: Answer): boolean {
  return result !== null && (result.resultType === 'task' || typeof result.taskId === 'string');
}
