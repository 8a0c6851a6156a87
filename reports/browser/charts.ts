import {
  BarController,
  BarElement,
  Chart,
  type ChartDataset,
  Legend,
  LinearScale,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  Tooltip,
} from 'chart.js';
import type { ChartData } from '../chart-data.ts';
import { type Cursor, cursorPlugin, lanesPlugin, lanesPx } from './chart-lanes.ts';

const MANY_SERIES = 5;
const MARKED_POINTS_MAX = 60;
const POINT_STYLES = ['circle', 'rectRot', 'triangle', 'rect'] as const;

export interface DrawnCharts {
  redraw(): void;
  /** Draws a line through all of them at this second of the run; null: none. */
  mark(second: number | null): void;
}

/** Draws every chart whose data stands in the page, in place of its folded table. */
export function drawCharts(): DrawnCharts {
  Chart.register(
    BarController,
    BarElement,
    Legend,
    LinearScale,
    LineElement,
    LogarithmicScale,
    PointElement,
    ScatterController,
    Tooltip,
  );
  Chart.defaults.animation = false;
  Chart.defaults.maintainAspectRatio = false;
  const all: readonly ChartData[] = JSON.parse(document.getElementById('charts')?.textContent ?? '[]');
  const cursor: Cursor = { second: null };
  let charts = all.flatMap((data) => draw(data, cursor));
  return {
    redraw() {
      for (const chart of charts) chart.destroy();
      charts = all.flatMap((data) => draw(data, cursor));
    },
    mark(second) {
      cursor.second = second;
      for (const chart of charts) chart.draw();
    },
  };
}

function draw(data: ChartData, cursor: Cursor): Chart[] {
  const figure = document.getElementById(data.id);
  const frame = figure?.querySelector<HTMLElement>('.canvas');
  const canvas = figure?.querySelector('canvas');
  if (!figure || !frame || !canvas) return [];
  if (frame.hidden) figure.querySelector('details')?.removeAttribute('open');
  frame.hidden = false;
  // A legend of many lines takes the room of the chart on a narrow screen.
  frame.classList.toggle('many', data.series.length > MANY_SERIES);
  const ink = colour('--soft');
  const grid = { color: colour('--grid') };
  Chart.defaults.color = ink;
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  const isBar = data.type === 'bar';
  const chart = new Chart<'bar' | 'scatter'>(canvas, {
    type: data.type,
    data: { datasets: data.series.map((series, index) => datasetOf(series, index, data)) },
    options: {
      layout: { padding: { top: lanesPx(data.lanes) } },
      scales: {
        x: {
          type: 'linear',
          offset: false,
          min: data.xAxis?.from ?? 0,
          max: data.xAxis?.to ?? data.untilS,
          stacked: isBar,
          grid,
          title: { display: data.xAxis !== undefined, text: data.xAxis?.title ?? '' },
          ticks: {
            callback: (value) => placeText(Number(value), data),
            // Long names lean where they have no room beside each other.
            maxRotation: data.xAxis?.names === undefined ? 0 : 60,
            includeBounds: false,
            // Names stand at whole numbers, one each.
            ...(data.xAxis?.names === undefined ? {} : { stepSize: 1, autoSkip: false }),
          },
        },
        y: {
          type: data.logarithmic ? 'logarithmic' : 'linear',
          stacked: isBar,
          beginAtZero: !data.logarithmic,
          grace: data.logarithmic || data.yMax !== undefined ? 0 : '5%',
          ...(data.yMax === undefined ? {} : { max: data.yMax }),
          grid,
          title: { display: true, text: data.yTitle },
          ticks: { callback: (value) => tickText(Number(value), data.logarithmic) },
        },
      },
      plugins: {
        legend: { position: 'bottom', labels: { usePointStyle: true, boxHeight: 7 } },
        tooltip: {
          callbacks: {
            label: ({ dataset, parsed }) => pointText(dataset.label ?? '', parsed.x ?? 0, parsed.y ?? 0, data),
            title: () => '',
          },
        },
      },
    },
    plugins: [lanesPlugin(data.lanes, colour), cursorPlugin(cursor)],
  });
  return [chart];
}

function datasetOf(
  series: ChartData['series'][number],
  index: number,
  { type, logarithmic: isLogarithmic }: Pick<ChartData, 'type' | 'logarithmic'>,
): ChartDataset<'bar' | 'scatter', { x: number; y: number }[]> {
  const tone = colour(`--tone-${series.tone}`);
  // A log scale has no zero: what took no measurable time stands on its floor.
  const points = series.points.map(([x, y]) => ({ x, y: isLogarithmic ? Math.max(y, 0.1) : y }));
  return type === 'bar'
    ? {
        type: 'bar',
        label: series.label,
        data: points,
        backgroundColor: tone,
        barPercentage: 1,
        categoryPercentage: 0.94,
        pointStyle: POINT_STYLES[index % 4],
      }
    : {
        type: 'scatter',
        label: series.label,
        data: points,
        backgroundColor: tone,
        borderColor: tone,
        pointStyle: series.crossed === true ? 'crossRot' : POINT_STYLES[(series.mark ?? index) % 4],
        pointRadius: radiusOf(series),
        pointBorderWidth: series.crossed === true ? 2 : 0,
        showLine: series.joined === true,
        // A point on the upper edge is drawn whole.
        clip: series.joined === true ? 6 : undefined,
        borderWidth: 1.5,
        borderDash: series.dashed === true ? [6, 4] : [],
      };
}

/** Marks on a line of many points would hide it. */
function radiusOf({ crossed, joined, points }: ChartData['series'][number]): number {
  if (joined === true && points.length > MARKED_POINTS_MAX) return 1.5;
  return crossed === true || joined === true ? 4 : 3;
}

/** What stands at a place of the lower axis. */
function placeText(value: number, { xAxis }: ChartData): string {
  if (xAxis === undefined) return `${value} s`;
  return xAxis.names === undefined ? String(value) : (xAxis.names[value] ?? '');
}

function pointText(label: string, x: number, y: number, data: ChartData): string {
  if (data.xAxis !== undefined) return `${label}: ${Number(y.toFixed(3))} at ${placeText(Number(x.toFixed(2)), data)}`;
  return `${label}: ${Number(y.toFixed(1))}${data.logarithmic ? ' ms' : ''} at ${Number(x.toFixed(2))} s`;
}

function tickText(value: number, logarithmic: boolean): string {
  // 0.1 + 0.2 is not 0.3 to a machine.
  if (!logarithmic) return String(Number(value.toPrecision(6)));
  // One label a factor of ten; the lines between them stay bare.
  if (!Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6)) return '';
  return value < 1000 ? `${value} ms` : `${value / 1000} s`;
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
