import type { Plugin } from 'chart.js';
import type { ChartLane } from '../chart-data.ts';

const LANE_PX = 13;
/** Between the lanes and the uppermost number of the axis. */
const GAP_PX = 8;
const BAR_PX = 7;
const MARK_PX_MIN = 2;
const HATCH_PX = 8;
const SHADE_ALPHA = 0.13;
const AWAY_ALPHA = 0.16;

/** Where the address points to, in seconds of the run; null: nowhere. */
export interface Cursor {
  second: number | null;
}

/** Room above a chart for its lanes. */
export function lanesPx(lanes: readonly ChartLane[]): number {
  return lanes.length === 0 ? 0 : lanes.length * LANE_PX + GAP_PX;
}

/** Each fault in its lane above the data, and what lasted as a shade behind it, hatched so that colour is not the only cue. */
export function lanesPlugin(lanes: readonly ChartLane[], colourOf: (name: string) => string): Plugin {
  const colour = (lane: ChartLane) => (lane.colour.startsWith('--') ? colourOf(lane.colour) : lane.colour);
  return {
    id: 'lanes',
    beforeDatasetsDraw({ ctx, chartArea, scales }) {
      const x = scales.x;
      if (x === undefined) return;
      const place = (second: number) => Math.min(chartArea.right, Math.max(chartArea.left, x.getPixelForValue(second)));
      ctx.save();
      for (const [index, lane] of lanes.entries()) {
        const top = chartArea.top - GAP_PX - (lanes.length - index) * LANE_PX;
        for (const [from, to] of lane.windows) {
          const left = place(from);
          const width = place(to) - left;
          ctx.globalAlpha = 1;
          ctx.fillStyle = colour(lane);
          ctx.fillRect(left, top + 3, Math.max(width, MARK_PX_MIN), BAR_PX);
          if (!lane.isShaded || width < 1) continue;
          ctx.globalAlpha = lane.hatch === null ? AWAY_ALPHA : SHADE_ALPHA;
          ctx.fillRect(left, chartArea.top, width, chartArea.height);
          const hatched = hatchOf(ctx, colour(lane), lane.hatch);
          if (hatched === null) continue;
          ctx.fillStyle = hatched;
          ctx.globalAlpha = 0.5;
          ctx.fillRect(left, chartArea.top, width, chartArea.height);
        }
        nameLane(ctx, lane.name, { left: chartArea.left, top, ink: colourOf('--soft') });
      }
      ctx.restore();
    },
  };
}

/** A line through the chart where the address points to. */
export function cursorPlugin(cursor: Cursor): Plugin {
  return {
    id: 'cursor',
    afterDatasetsDraw({ ctx, chartArea, scales }) {
      const x = scales.x;
      if (x === undefined || cursor.second === null) return;
      ctx.save();
      ctx.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue('--ink').trim();
      ctx.setLineDash([4, 3]);
      ctx.beginPath();
      ctx.moveTo(x.getPixelForValue(cursor.second), chartArea.top);
      ctx.lineTo(x.getPixelForValue(cursor.second), chartArea.bottom);
      ctx.stroke();
      ctx.restore();
    },
  };
}

/** The name at the left end of its lane, where there is room for it beside the axis. */
function nameLane(
  ctx: CanvasRenderingContext2D,
  name: string,
  { left, top, ink }: { readonly left: number; readonly top: number; readonly ink: string },
): void {
  ctx.globalAlpha = 1;
  ctx.fillStyle = ink;
  ctx.font = '10px sans-serif';
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  const room = left - 4;
  const text = ctx.measureText(name).width <= room ? name : (name.split(' ')[0] ?? '');
  ctx.fillText(text, room, top + 3 + BAR_PX / 2, room);
}

/** Lines that lean one way, the other, lie or stand. */
function hatchOf(ctx: CanvasRenderingContext2D, colour: string, hatch: number | null): CanvasPattern | null {
  if (hatch === null) return null;
  const tile = document.createElement('canvas');
  tile.width = HATCH_PX;
  tile.height = HATCH_PX;
  const pen = tile.getContext('2d');
  if (pen === null) return null;
  pen.strokeStyle = colour;
  pen.globalAlpha = 0.35;
  pen.beginPath();
  const [fromX, fromY, toX, toY] = HATCHES[hatch % HATCHES.length] ?? HATCHES[0];
  pen.moveTo(fromX, fromY);
  pen.lineTo(toX, toY);
  pen.stroke();
  return ctx.createPattern(tile, 'repeat');
}

const HATCHES = [
  [0, HATCH_PX, HATCH_PX, 0],
  [0, 0, HATCH_PX, HATCH_PX],
  [0, HATCH_PX / 2, HATCH_PX, HATCH_PX / 2],
  [HATCH_PX / 2, 0, HATCH_PX / 2, HATCH_PX],
] as const;
