/**
 * The navigation of narrow screens, in a drawer. Loaded when it is first opened.
 */
import {
  Button,
  DrawerBody,
  DrawerHeader,
  DrawerHeaderTitle,
  makeStyles,
  OverlayDrawer,
} from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import { useTranslation } from 'react-i18next';
import { Navigation } from './Navigation';
import { useSession } from './session';

const useStyles = makeStyles({
  drawer: { width: 'min(300px, 85vw)' },
  body: { padding: 0 },
});

export function NavigationDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const styles = useStyles();
  const { t } = useTranslation();
  const { tenant } = useSession();
  const close = (
    <Button appearance="subtle" icon={<DismissRegular />} aria-label={t('action.close')} onClick={onClose} />
  );
  return (
    <OverlayDrawer
      className={styles.drawer}
      open={open}
      onOpenChange={(_, data) => !data.open && onClose()}
      aria-label={t('nav.label')}
    >
      <DrawerHeader>
        <DrawerHeaderTitle action={close}>{tenant.displayName}</DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody className={styles.body}>
        <Navigation />
      </DrawerBody>
    </OverlayDrawer>
  );
}
