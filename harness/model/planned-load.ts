/** When the calls of a plan are begun, as it stands in plan.json. Times are ms after the load began. */
export interface PlannedLoad {
  readonly id: string;
  readonly model: 'closed' | 'open' | 'partly-open';
  readonly options: Readonly<Record<string, number>>;
  /** Staged loads: the rates they follow, one stage after another. */
  readonly stages?: readonly LoadStage[];
  /** The load is there to be measured: calls meant to start in this first part of it, ms, count in no latency. */
  readonly warmupMs?: number;
  /** Closed load: no call is begun later than this, ms after the load began; the calls of the plan are then the most there can be. */
  readonly forMs?: number;
  /** An arrival that finds so many calls under way is dropped; absent: there is no such limit. */
  readonly inFlightMax?: number;
  /** So many processes make it, each the calls of agents of its own; absent: one makes all of it. */
  readonly generators?: number;
  /** Parts of it that were not made, since the process that was to make each was lost. Their calls are no longer in the plan. */
  readonly notRun?: readonly LostShare[];
}

/** A part of a load, over which its rate goes evenly from one number to another. */
export interface LoadStage {
  readonly forMs: number;
  /** Arrivals a second. */
  readonly from: number;
  readonly to: number;
}

export interface LostShare {
  readonly generator: string;
  readonly calls: number;
  readonly why: string;
}
