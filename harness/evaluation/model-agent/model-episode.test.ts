import { describe, expect, it } from 'vitest';
import type { Episode, EpisodeEvent } from '../../model/evaluation/episode.ts';
import type { Instance, Step } from '../../model/evaluation/instance.ts';
import { createMemoryHost } from '../episode/memory-host.ts';
import type { ChatMessage, ChatToolCall, OfferedTool, TurnAnswer, TurnRequest } from './completion.ts';
import { type ModelEpisodeOptions, runModelEpisode } from './model-episode.ts';

function step(label: string, after: readonly string[] = []): Step {
  const values = { workspace: 'w', name: label, ...Object.fromEntries(after.map((one) => ['input', `${one}.value$`])) };
  return {
    label,
    tool: 'work',
    arguments: values,
    after,
    goldResult: { value: `gold ${label}` },
    canary: `gold ${label}`,
  };
}

const INSTANCE: Instance = {
  id: 'test/001',
  kind: 'single',
  tasks: [
    {
      ...{ id: 'A', toolClass: 'x', workspace: 'w', instruction: 'Do it.', goldState: null },
      steps: [step('$var_1'), step('$var_2'), step('$var_3', ['$var_1'])],
    },
  ],
};
const TOOLS: readonly OfferedTool[] = [
  { type: 'function', function: { name: 'work', description: 'Works.', parameters: { type: 'object' } } },
];
const USAGE = { input: 100, output: 10, isEstimated: false };

type Said = string | readonly (readonly [name: string, args: unknown])[];

function calls(said: Said, turn: number): readonly ChatToolCall[] {
  if (typeof said === 'string') return [];
  return said.map(([name, args], index) => ({
    id: `${turn}.${index + 1}`,
    type: 'function',
    function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
  }));
}

/** Says what the list says, a turn each; a function sees the conversation. */
async function play(
  script: readonly (Said | TurnAnswer | ((messages: readonly ChatMessage[]) => Said))[],
  changes: Partial<ModelEpisodeOptions> = {},
) {
  const requests: TurnRequest[] = [];
  const host = createMemoryHost(({ arguments: { name } }) => ({
    ms: name === '$var_1' ? 5000 : 2000,
    result: { value: `gold ${name}` },
  }));
  const episode = await runModelEpisode({
    ...{ instance: INSTANCE, agent: 'model:test', host, mode: 'async', law: 'constant', seed: 1, agentMs: 1000 },
    ...{ turnTime: { kind: 'fixed', ms: 1000 }, prompt: 'bare', instructions: '', tools: TOOLS, latencyMs: {} },
    limits: { turns: 8, timeMs: 60_000 },
    complete: async (request) => {
      requests.push(request);
      const next = script[request.turn - 1] ?? 'TASK A: DONE';
      const said = typeof next === 'function' ? next(request.messages) : next;
      if (typeof said === 'object' && 'kind' in said) return said;
      const toolCalls = calls(said, request.turn);
      const content = typeof said === 'string' ? said : null;
      const message = { role: 'assistant', content, ...(toolCalls.length > 0 && { tool_calls: toolCalls }) } as const;
      return { kind: 'message', message, usage: USAGE, ms: 700 };
    },
    ...changes,
  });
  return { episode, requests };
}

function newMessages(requests: readonly TurnRequest[], turn: number): string[] {
  const request = requests[turn - 1];
  return request?.messages.slice(request.firstNewIndex).map(({ role, content }) => `${role}: ${content}`) ?? [];
}

function story(episode: Episode | null): string[] {
  const shown = (event: EpisodeEvent) => {
    if (event.kind === 'act') return `act ${event.t}-${event.untilT} ${event.what} ${event.step}`;
    if (event.kind === 'idle') return `idle ${event.t}-${event.untilT}`;
    if (event.kind === 'call')
      return `call ${event.t} ${event.step}${event.assumed ? ' assumed' : ''}${event.again ? ' again' : ''}`;
    if (event.kind === 'know') return `know ${event.t} ${event.job} ${event.status}`;
    return event.kind === 'claim' ? `claim ${event.t} ${event.task} ${event.success}` : null;
  };
  return (episode?.events ?? []).flatMap((event) => shown(event) ?? []);
}

const FIRST = ['work', { workspace: 'w', name: '$var_1' }] as const;
const SECOND = ['work', { name: '$var_2', workspace: 'w' }] as const;
const THIRD = ['work', { workspace: 'w', name: '$var_3', input: 'gold $var_1' }] as const;

describe('a model whose results come later', () => {
  it('is answered with receipts, told of results as they come, and woken after it ended its turn', async () => {
    const { episode, requests } = await play([
      [FIRST, SECOND],
      'I wait.',
      'Still.',
      [THIRD],
      [['wait_for_results', {}]],
    ]);
    expect(story(episode)).toEqual([
      'act 0-1000 call A/$var_1',
      'call 1000 A/$var_1',
      'act 1000-1000 call A/$var_2',
      'call 1000 A/$var_2',
      'act 1000-2000 think null',
      'idle 2000-3000',
      'know 3000 2 ok',
      'act 3000-4000 think null',
      'idle 4000-6000',
      'know 6000 1 ok',
      'act 6000-7000 call A/$var_3',
      'call 7000 A/$var_3',
      'act 7000-8000 think null',
      'idle 8000-9000',
      'know 9000 3 ok',
      'act 9000-10000 think null',
      'claim 10000 A true',
    ]);
    expect(episode).toMatchObject({ agent: 'model:test', mode: 'async', end: 'ended', makespanMs: 10_000 });
    const [first = '', second = ''] = newMessages(requests, 2);
    expect(first).toMatch(/^tool: \{"task_id":"task_[0-9a-f]{12}","status":"working"/);
    const idOf = (text: string) => /task_[0-9a-f]{12}/.exec(text)?.[0];
    expect(newMessages(requests, 3)).toEqual([
      `user: Result of a task: {"task_id":"${idOf(second)}","status":"completed","result":{"value":"gold $var_2"}}`,
    ]);
    expect(newMessages(requests, 4).join()).toContain(`"task_id":"${idOf(first)}"`);
    expect(newMessages(requests, 6)).toEqual([
      'tool: {"results_arrived":1,"still_running":[]}',
      expect.stringContaining('user: Result of a task: '),
    ]);
  });

  it('is told at once how a task stands, and waits no longer than it says', async () => {
    const check = (messages: readonly ChatMessage[]): Said => {
      const id = /task_[0-9a-f]{12}/.exec(messages.map(({ content }) => content).join())?.[0];
      return [['check_task', { task_id: id }]];
    };
    const { episode, requests } = await play([[FIRST], check, [['wait_for_results', { seconds: 1 }]]]);
    expect(newMessages(requests, 3)).toEqual([expect.stringMatching(/^tool: .*"status":"working"/)]);
    expect(newMessages(requests, 4)).toEqual([
      expect.stringMatching(/^tool: \{"results_arrived":0,"still_running":\["task_[0-9a-f]{12}"\]\}$/),
    ]);
    expect(story(episode).slice(2, 5)).toEqual([
      'act 1000-2000 poll A/$var_1',
      'act 2000-3000 think null',
      'idle 3000-4000',
    ]);
    const tokens = episode?.events.flatMap((event) => (event.kind === 'tokens' ? [event] : [])) ?? [];
    expect(tokens.map(({ isWaiting }) => isWaiting).slice(0, 3)).toEqual([false, true, true]);
    expect(tokens[0]).toMatchObject({ context: 100, fresh: 100, written: 10 });
    expect(tokens[1]).toMatchObject({ context: 100, fresh: 0 });
  });

  it('has guessed when it uses a value that has not come, and repeats itself when it calls the same again', async () => {
    const { episode } = await play([[FIRST, THIRD], [FIRST]]);
    expect(story(episode).filter((line) => line.startsWith('call'))).toEqual([
      'call 1000 A/$var_1',
      'call 1000 A/$var_3 assumed',
      'call 2000 A/$var_1 again',
    ]);
  });

  it('is told of wrong calls, which never reach the server', async () => {
    const wrong: Said = [
      ['work', '{"name": '],
      ['inspect_workspace', { workspace: 'w' }],
      ['work', []],
      ['check_task', { task_id: 'task_0' }],
    ];
    const { episode, requests } = await play([wrong, [['work', { workspace: 'w', name: 'other' }]]]);
    expect(newMessages(requests, 2)).toEqual([
      'tool: {"is_error":true,"error":"The arguments of work are no JSON object."}',
      expect.stringContaining("Unknown tool 'inspect_workspace'"),
      'tool: {"is_error":true,"error":"The arguments of work are no JSON object."}',
      'tool: {"is_error":true,"error":"There is no task task_0."}',
    ]);
    const refused = episode?.events.filter(({ kind }) => kind === 'refused');
    expect(refused).toHaveLength(3);
    // It stands for no gold step, and is sent all the same.
    expect(story(episode)).toContain('call 2000 null');
    expect(episode?.events.filter(({ kind }) => kind === 'receipt')).toHaveLength(1);
  });
});

describe('a model that waits for each result', () => {
  it('is answered with results, and is offered nothing to wait with', async () => {
    const { episode, requests } = await play([[FIRST, SECOND], [THIRD], 'TASK A: FAILED'], { mode: 'sync' });
    expect(newMessages(requests, 2)).toEqual(['tool: {"value":"gold $var_1"}', 'tool: {"value":"gold $var_2"}']);
    expect(requests[0]?.tools).toEqual(TOOLS);
    expect(story(episode).at(-1)).toBe('claim 10000 A false');
    expect(episode).toMatchObject({ end: 'ended', makespanMs: 1000 + 5000 + 1000 + 2000 + 1000 });
  });
});

describe('an episode of a model', () => {
  it('takes the time that turns are said to take', async () => {
    const measured = await play(['TASK A: DONE'], { turnTime: { kind: 'measured' } });
    expect(measured.episode?.makespanMs).toBe(700);
    const turnTime = { kind: 'random', fromMs: 100, toMs: 400 } as const;
    const [one, other] = [await play([[FIRST]], { turnTime }), await play([[FIRST]], { turnTime })];
    expect(one.episode).toEqual(other.episode);
    const [act] = one.episode?.events ?? [];
    expect(act).toMatchObject({ kind: 'act', t: 0 });
  });

  it('ends at its limits, with its endpoint, and with an interrupt', async () => {
    const endless: Said = [['wait_for_results', {}]];
    expect((await play(Array.from({ length: 9 }, () => endless))).episode?.end).toBe('turn-limit');
    const failed = await play([[FIRST], { kind: 'failed', why: 'garbage' }]);
    expect(failed.episode).toMatchObject({ end: 'endpoint-failed', states: { w: null } });
    const stopped: TurnAnswer = { kind: 'stopped', why: 'the budget is spent' };
    expect((await play([[FIRST], stopped])).episode?.end).toBe('interrupted');
    expect((await play([stopped])).episode).toBeNull();
    expect((await play([[FIRST], { kind: 'void', why: 'another transcript' }])).episode).toBeNull();
  });

  it('tells how to work while results are on their way only when it is asked to', async () => {
    const [bare, told] = [await play([]), await play([], { prompt: 'async', instructions: 'Be kind.' })];
    const system = ({ requests }: typeof bare) => requests[0]?.messages[0]?.content ?? '';
    expect(system(bare)).not.toContain('task_id');
    expect(system(told)).toContain('keep its task_id');
    expect(system(told)).toContain('Be kind.');
    expect(bare.requests[0]?.messages[1]).toEqual({ role: 'user', content: 'Task A: Do it.' });
  });
});
