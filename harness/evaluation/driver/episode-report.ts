import type { EpisodeEnd } from '../../model/evaluation/episode.ts';
import type { Measure, Sample } from '../../model/evaluation/measure.ts';
import { type EpisodeFigures, episodeFigures } from '../scores/episode-figures.ts';
import { type CrashedEpisode, crashedEpisode } from '../scores/restart-matrix.ts';
import { type RecordedEpisode, recordOf } from './episode-record.ts';
import type { SittingResult } from './world-drive.ts';

/** What an evaluation keeps of one episode: its line, and what the measures say of it. */
export interface EpisodeReport {
  /** Its place in the evaluation, from 0. */
  readonly index: number;
  readonly end: EpisodeEnd;
  readonly requests: number;
  readonly calls: number;
  readonly figures: EpisodeFigures;
  /** A crash was planned for its agent. */
  readonly isCrashPlanned: boolean;
  /** null: its agent did not crash. */
  readonly crashed: CrashedEpisode | null;
  /** By measure id; what said nothing is not there. */
  readonly samples: Readonly<Record<string, Sample>>;
  /** The line of episodes.jsonl, without its end. */
  readonly line: string;
}

export function createReporter(measures: readonly Measure[]): { report(result: SittingResult): EpisodeReport } {
  return {
    report({ index, episode, requests, crash }) {
      const samples: Record<string, Sample> = {};
      for (const { meta, of } of measures) {
        const sample = of(episode);
        if (sample !== null) samples[meta.id] = sample;
      }
      const recorded: RecordedEpisode = { ...recordOf(episode), requests, crash };
      const hasCrashed = crash !== null && episode.events.some(({ kind }) => kind === 'crash');
      return {
        index,
        end: episode.end,
        requests,
        calls: episode.events.reduce((count, { kind }) => count + (kind === 'call' ? 1 : 0), 0),
        figures: episodeFigures(episode),
        isCrashPlanned: crash !== null,
        crashed: hasCrashed ? crashedEpisode(episode, { who: 'agent', ...crash }) : null,
        samples,
        line: JSON.stringify(recorded),
      };
    },
  };
}
