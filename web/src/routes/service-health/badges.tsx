/**
 * States of services and messages as a word with a sign: never by colour alone.
 */
import { Badge, type BadgeProps } from '@fluentui/react-components';
import {
  AlertUrgentRegular,
  CheckmarkCircleRegular,
  ErrorCircleRegular,
  InfoRegular,
  WarningRegular,
} from '@fluentui/react-icons';
import { useLabels } from '../../i18n/labels';

type Look = Pick<BadgeProps, 'color' | 'icon'>;

const GOOD: Look = { color: 'success', icon: <CheckmarkCircleRegular /> };
const BAD: Look = { color: 'danger', icon: <ErrorCircleRegular /> };
const WARN: Look = { color: 'warning', icon: <WarningRegular /> };
const TELL: Look = { color: 'informative', icon: <InfoRegular /> };

const WELL = new Set([
  'serviceOperational',
  'serviceRestored',
  'resolved',
  'resolvedExternal',
  'falsePositive',
]);
const DOWN = new Set(['serviceInterruption']);

export function ServiceStatusBadge({ status }: { status: string }) {
  const labels = useLabels();
  const look = WELL.has(status) ? GOOD : DOWN.has(status) ? BAD : WARN;
  return (
    <Badge appearance="tint" {...look}>
      {labels.serviceStatus(status)}
    </Badge>
  );
}

export function ClassificationBadge({ classification }: { classification: string }) {
  const labels = useLabels();
  return (
    <Badge appearance="tint" {...(classification === 'incident' ? BAD : TELL)}>
      {labels.classification(classification)}
    </Badge>
  );
}

const SEVERITY: Record<string, Look> = {
  critical: { color: 'danger', icon: <AlertUrgentRegular /> },
  high: WARN,
  warning: WARN,
};

/** Severities of messages (normal, high, critical) and of action items (info, warning, critical). */
export function SeverityBadge({ severity }: { severity: string }) {
  const labels = useLabels();
  return (
    <Badge appearance="tint" {...(SEVERITY[severity] ?? TELL)}>
      {labels.severity(severity)}
    </Badge>
  );
}
