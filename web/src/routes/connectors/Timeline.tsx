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
}

export function Timeline({ kind, current, changes }: TimelineProps) {
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
        {spans(changes, current, now).map((span) => (
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
            <span>{reason(kind, change.reason)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
