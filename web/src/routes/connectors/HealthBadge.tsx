/**
 * How a connector is: a word with a sign, never colour alone.
 */
import { Badge, type BadgeProps } from '@fluentui/react-components';
import {
  CheckmarkCircleRegular,
  CircleOffRegular,
  ErrorCircleRegular,
  WarningRegular,
} from '@fluentui/react-icons';
import type { Health } from '../../api/connectors';
import { useLabels } from '../../i18n/labels';

const LOOKS: Record<Health, Pick<BadgeProps, 'color' | 'icon'>> = {
  unhealthy: { color: 'danger', icon: <ErrorCircleRegular /> },
  warning: { color: 'warning', icon: <WarningRegular /> },
  healthy: { color: 'success', icon: <CheckmarkCircleRegular /> },
  notEnabled: { color: 'informative', icon: <CircleOffRegular /> },
};

export function HealthBadge({ health }: { health: Health }) {
  const labels = useLabels();
  return (
    <Badge appearance="tint" {...(LOOKS[health] ?? LOOKS.notEnabled)}>
      {labels.connectorHealth(health)}
    </Badge>
  );
}
