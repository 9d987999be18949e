/**
 * Amounts as bars. The table beside it has the same numbers, so the picture itself is one image with a name.
 */
import { makeStyles, tokens } from '@fluentui/react-components';

export interface Bar {
  label: string;
  value: number;
}

const ROW = 28;
const LABELS = 180;
const WIDTH = 720;
const NUMBERS = 90;
const CHARS_MAX = 24;

const useStyles = makeStyles({
  chart: {
    display: 'block',
    width: '100%',
    maxWidth: '820px',
    height: 'auto',
    marginBottom: tokens.spacingVerticalL,
  },
  bar: { fill: tokens.colorBrandBackground, forcedColorAdjust: 'none' },
  negative: { fill: tokens.colorPaletteRedBackground3, forcedColorAdjust: 'none' },
  text: { fill: tokens.colorNeutralForeground1, fontSize: '13px', fontFamily: tokens.fontFamilyBase },
});

interface BarChartProps {
  name: string;
  bars: Bar[];
  format: (value: number) => string;
}

export function BarChart({ name, bars, format }: BarChartProps) {
  const styles = useStyles();
  const most = Math.max(...bars.map((bar) => Math.abs(bar.value)), Number.MIN_VALUE);
  const room = WIDTH - LABELS - NUMBERS;
  return (
    <svg className={styles.chart} viewBox={`0 0 ${WIDTH} ${bars.length * ROW}`} role="img" aria-label={name}>
      {bars.map((bar, index) => {
        const width = Math.max(1, (Math.abs(bar.value) / most) * room);
        const middle = index * ROW + ROW / 2;
        return (
          <g key={bar.label}>
            <title>{`${bar.label}: ${format(bar.value)}`}</title>
            <text
              className={styles.text}
              x={LABELS - 8}
              y={middle}
              textAnchor="end"
              dominantBaseline="middle"
            >
              {shortened(bar.label)}
            </text>
            <rect
              className={bar.value < 0 ? styles.negative : styles.bar}
              x={LABELS}
              y={middle - 9}
              width={width}
              height={18}
              rx={3}
            />
            <text className={styles.text} x={LABELS + width + 8} y={middle} dominantBaseline="middle">
              {format(bar.value)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function shortened(label: string): string {
  return label.length > CHARS_MAX ? `${label.slice(0, CHARS_MAX - 1)}…` : label;
}
