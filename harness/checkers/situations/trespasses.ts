import { ONE_PRINCIPAL, type Situation, withTasks } from './situation.ts';

export const trespassAnswered: Situation = {
  meta: {
    id: 'trespass-answered',
    title: 'An agent asked for the task of another and got an answer',
    description: 'Isolation that nobody tried to break is a claim. Counted per answer.',
  },
  applicable: (target) => withTasks(target) ?? (target.facts.principals ? null : ONE_PRINCIPAL),
  find: ({ history }) =>
    history.exchanges.flatMap(({ inv, end }) =>
      inv.trespass === true && end !== null && end.kind !== 'info' ? [end.seq] : [],
    ),
};
