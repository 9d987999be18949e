/**
 * Words for the server's enumeration values. A value without a word here shows as it came:
 * a newer server must not make a page blank.
 */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

const GROUPS = [
  'location',
  'compliance',
  'ownership',
  'mdmAuthority',
  'accountStatus',
  'encryption',
  'interfaceKind',
  'managementAgent',
  'enrollmentType',
  'tableKind',
  'auditResult',
  'actorType',
  'permission',
  'connectorHealth',
  'serviceName',
  'feature',
  'serviceStatus',
  'classification',
  'severity',
  'messageCategory',
  'connectorKind',
  'connectorValue',
  'credentialHelp',
  'syncKind',
  'syncSetting',
  'runOutcome',
  'topic',
  'channelKind',
  'deliveryState',
] as const;
type Group = (typeof GROUPS)[number];

export type Labels = Record<Group, (value: string | null | undefined) => string>;

export function useLabels(): Labels {
  const { t, i18n } = useTranslation();
  return useMemo(() => {
    const word = (group: Group) => (value: string | null | undefined) => {
      if (!value) return t('value.unknown');
      const key = `${group}.${value}`;
      return i18n.exists(key) ? t(key as never) : value;
    };
    return Object.fromEntries(GROUPS.map((group) => [group, word(group)])) as Labels;
  }, [t, i18n]);
}
