/**
 * States as a word with a sign: never by colour alone.
 */
import { Badge, type BadgeProps } from '@fluentui/react-components';
import {
  BeakerRegular,
  CheckmarkCircleRegular,
  ClockRegular,
  ErrorCircleRegular,
  QuestionCircleRegular,
  WarningRegular,
} from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { useLabels } from '../i18n/labels';

type Look = Pick<BadgeProps, 'color' | 'icon'>;

const GOOD: Look = { color: 'success', icon: <CheckmarkCircleRegular /> };
const BAD: Look = { color: 'danger', icon: <ErrorCircleRegular /> };
const WARN: Look = { color: 'warning', icon: <WarningRegular /> };
const WAITING: Look = { color: 'warning', icon: <ClockRegular /> };
const UNKNOWN: Look = { color: 'informative', icon: <QuestionCircleRegular /> };

const COMPLIANCE: Record<string, Look> = {
  compliant: GOOD,
  noncompliant: BAD,
  conflict: WARN,
  error: BAD,
  inGracePeriod: WAITING,
};

export function ComplianceBadge({ state }: { state: string | null }) {
  const labels = useLabels();
  const known = state ?? 'unknown';
  return (
    <Badge appearance="tint" {...(COMPLIANCE[known] ?? UNKNOWN)}>
      {labels.compliance(known)}
    </Badge>
  );
}

export function ResultBadge({ result }: { result: string | null }) {
  const labels = useLabels();
  const known = result ?? 'unknown';
  const look = known.toLowerCase() === 'success' ? GOOD : known.toLowerCase() === 'failure' ? BAD : UNKNOWN;
  return (
    <Badge appearance="tint" {...look}>
      {labels.auditResult(known)}
    </Badge>
  );
}

export function EnabledBadge({ enabled }: { enabled: boolean | null }) {
  const { t } = useTranslation();
  if (enabled === null) return null;
  return (
    <Badge appearance="tint" {...(enabled ? GOOD : UNKNOWN)}>
      {enabled ? t('users.enabled') : t('users.disabled')}
    </Badge>
  );
}

/** Marks a device that does not exist, so that nobody mistakes the demonstration fleet for a real one. */
export function SimulatedBadge() {
  const { t } = useTranslation();
  return (
    <Badge appearance="outline" color="important" icon={<BeakerRegular />} size="small">
      {t('devices.simulated')}
    </Badge>
  );
}
