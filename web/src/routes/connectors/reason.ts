/**
 * Why a status is what it is, in the sentence of the rule.
 */
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { ConnectorKind } from '../../api/connectors';

/** What reports by itself has a period of its own, so its rules do not speak of days. */
export function useReason(): (kind: ConnectorKind, reason: string) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (kind, reason) => {
      const own = `connectorReason.${reason}.${kind}`;
      const general = `connectorReason.${reason}`;
      const key = i18n.exists(own) ? own : general;
      return i18n.exists(key) ? t(key as never) : reason;
    },
    [t, i18n],
  );
}
