/**
 * The last 90 days of one connector: a strip of its health, and the changes as a list.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import { useTranslation } from 'react-i18next';
import type { ConnectorKind, Health, HealthChange } from '../../api/connectors';
import { useLabels } from '../../i18n/labels';
import { useNow } from '../../ui/useNow';
import { When } from '../../ui/When';
import { HealthBadge } from './HealthBadge';
import { useReason } from './reason';

export const DAYS = 90;
const DAY_MS = 86_400_000;

const useStyles = makeStyles({
  strip: { display: 'block', width: '100%', height: '28px' },
  scale: {
    display: 'flex',
    justifyContent: 'space-between',
    color: tokens.colorNeutralForeground3,
    fontSize: tokens.fontSizeBase200,
    marginBottom: tokens.spacingVerticalS,
  },
  list: { listStyleType: 'none', margin: 0, padding: 0, display: 'grid', gap: tokens.spacingVerticalM },
  change: {
    display: 'grid',
    gridTemplateColumns: 'minmax(110px, auto) minmax(110px, auto) minmax(0, 1fr)',
    gap: tokens.spacingHorizontalM,
    alignItems: 'start',
    '@media (max-width: 560px)': { gridTemplateColumns: 'minmax(0, 1fr)', gap: tokens.spacingVerticalXXS },
  },
  empty: { margin: 0, color: tokens.colorNeutralForeground2 },
});

export interface Span {
  /** 0 is the left end, 1 the present. */
  from: number;
  to: number;
  health: Health;
}

/** What was when: changes come newest first; before the first one in the window its own past counts. */
export function spans(changes: HealthChange[], current: Health, now: number): Span[] {
  const start = now - DAYS * DAY_MS;
  const place = (iso: string) =>
    Math.min(1, Math.max(0, (new Date(iso).getTime() - start) / (DAYS * DAY_MS)));
  const found: Span[] = [];
  let to = 1;
  let health: Health | null = current;
  for (const change of changes) {
    const from = place(change.at);
    if (health && to > from) found.push({ from, to, health });
    to = from;
    health = change.healthBefore;
  }
  if (health && to > 0) found.push({ from: 0, to, health });
  return found.toReversed();
}

const WORST_FIRST: Health[] = ['unhealthy', 'warning', 'healthy', 'notEnabled'];

export interface Member {
  id: string;
  current: Health;
}

/** The same for several connectors together: at each moment the least healthy of them. */
export function groupSpans(changes: HealthChange[], members: Member[], now: number): Span[] {
  const each = members.map(({ id, current }) =>
    spans(
      changes.filter((change) => change.instanceId === id),
      current,
      now,
    ),
  );
  const ends = [...new Set(each.flat().flatMap(({ from, to }) => [from, to]))].toSorted((a, b) => a - b);
  const found: Span[] = [];
  for (const [at, from] of ends.entries()) {
    const to = ends[at + 1];
    if (to === undefined) break;
    const healths = new Set(
      each.map((own) => own.find((span) => span.from <= from && span.to >= to)?.health),
    );
    const health = WORST_FIRST.find((worst) => healths.has(worst));
    const last = found.at(-1);
    if (health && last?.health === health && last.to === from) last.to = to;
    else if (health) found.push({ from, to, health });
  }
  return found;
}

const FILL: Record<Health, string> = {
  unhealthy: tokens.colorStatusDangerForeground1,
  warning: tokens.colorStatusWarningForeground1,
  healthy: tokens.colorStatusSuccessForeground1,
  notEnabled: tokens.colorNeutralStroke1,
};
/** Told apart by height as well: the worse, the taller. */
const HEIGHT: Record<Health, number> = { unhealthy: 28, warning: 20, healthy: 12, notEnabled: 4 };

interface TimelineProps {
  kind: ConnectorKind;
  current: Health;
  changes: HealthChange[];
  /** The connectors that the changes are of; the changes then name theirs. */
  members: Member[];
}

export function Timeline({ kind, current, changes, members }: TimelineProps) {
  const styles = useStyles();
  const { t } = useTranslation();
  const labels = useLabels();
  const reason = useReason();
  const now = useNow();
  const label = t('connectors.timelineLabel', {
    health: labels.connectorHealth(current),
    count: changes.length,
  });
  return (
    <div>
      <svg
        className={styles.strip}
        viewBox="0 0 900 28"
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        {groupSpans(changes, members, now).map((span) => (
          <rect
            key={`${span.from}-${span.health}`}
            x={span.from * 900}
            y={28 - HEIGHT[span.health]}
            width={Math.max(1, (span.to - span.from) * 900 - 1)}
            height={HEIGHT[span.health]}
            fill={FILL[span.health]}
          />
        ))}
        <rect x="0" y="27" width="900" height="1" fill={tokens.colorNeutralStroke1} />
      </svg>
      <div className={styles.scale} aria-hidden>
        <span>{t('connectors.daysAgo', { count: DAYS })}</span>
        <span>{t('connectors.now')}</span>
      </div>
      {changes.length === 0 ? <p className={styles.empty}>{t('connectors.noChanges')}</p> : null}
      <ul className={styles.list}>
        {changes.slice(0, 20).map((change) => (
          <li key={`${change.instanceId}-${change.at}`} className={styles.change}>
            <When iso={change.at} />
            <span>
              <HealthBadge health={change.health} />
            </span>
            <span>
              {members.length > 1 ? `${change.instanceName}: ` : null}
              {reason(kind, change.reason)}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
