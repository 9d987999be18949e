/**
 * What only some may do: shown to them, and to everybody else the name of the permission it takes.
 */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../app/session';

const useStyles = makeStyles({
  note: { margin: 0, color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
});

export function useMay(permission: string): boolean {
  return useSession().permissions.includes(permission);
}

export function Needs({ permission, children }: { permission: string; children: ReactNode }) {
  const styles = useStyles();
  const { t } = useTranslation();
  if (useMay(permission)) return children;
  return <p className={styles.note}>{t('health.needs', { permission })}</p>;
}
