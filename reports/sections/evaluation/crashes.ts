import type { EvaluationSection } from '../../evaluation-input.ts';
import { formatCount } from '../../format.ts';
import { html } from '../../html.ts';
import { casesText, intervalText, shareText } from '../../score-text.ts';
import { table } from '../../table.ts';

/** What survives a crash of the agent, by its phase and by whether it keeps its ids. */
export const crashesSection: EvaluationSection = {
  id: 'crashes',
  title: 'What survives a crash of the agent',
  label: 'Crashes',
  render({ evaluation: { document } }) {
    if (document.crashes.length === 0) return null;
    const rows = document.crashes.map(({ agent, phase, keepsIds, resumed, doubledEffects, episodes }) => ({
      cells: [
        agent,
        phase,
        keepsIds ? 'kept' : 'lost',
        html`<b>${shareText(resumed.value)}</b> <small>${intervalText(resumed, 'ratio')}, ${casesText(resumed)}</small>`,
        shareText(doubledEffects),
        formatCount(episodes),
      ],
    }));
    return table(
      'Task success of episodes in which the agent crashed',
      [
        { title: 'Agent' },
        { title: 'Crash' },
        { title: 'Its ids' },
        { title: 'Task success', numeric: true },
        { title: 'Doubled effects an episode', numeric: true },
        { title: 'Episodes', numeric: true },
      ],
      rows,
    );
  },
};
