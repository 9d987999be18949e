/**
 * The frame that every dialog has: its title, what it holds, the server's sentence when it refused, and its buttons.
 * Pages use `FormDialog`, `ResultDialog` or `ConfirmDialog`; the frame itself only where none of them fits.
 */
import {
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  MessageBar,
  MessageBarBody,
  tokens,
} from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useFailureText } from './Problem';

const useStyles = makeStyles({
  content: {
    display: 'flex',
    flexDirection: 'column',
    gap: tokens.spacingVerticalL,
    paddingBottom: tokens.spacingVerticalM,
  },
});

interface DialogFrameProps {
  title: string;
  /** Closed dialogs may stay in the page; a dialog that is only there while needed leaves this out. */
  open?: boolean;
  /** Only its buttons close an alert: not the Escape key, not a click beside it. */
  alert?: boolean;
  /** Why the server refused; the dialog stays open with it. */
  error?: unknown;
  actions: ReactNode;
  /** Makes the whole a form, whose button is one of `actions`. */
  onSubmit?: () => void;
  /** The form tells by itself what is wrong with its fields: the browser does not. */
  ownChecks?: boolean;
  onClose: () => void;
  children: ReactNode;
}

export function DialogFrame({
  title,
  open = true,
  alert = false,
  error,
  actions,
  onSubmit,
  ownChecks = false,
  onClose,
  children,
}: DialogFrameProps) {
  const styles = useStyles();
  const failureText = useFailureText();
  const body = (
    <DialogBody>
      <DialogTitle>{title}</DialogTitle>
      <DialogContent className={styles.content}>
        {children}
        {error ? (
          <MessageBar intent="error" layout="multiline">
            <MessageBarBody>{failureText(error)}</MessageBarBody>
          </MessageBar>
        ) : null}
      </DialogContent>
      <DialogActions>{actions}</DialogActions>
    </DialogBody>
  );
  return (
    <Dialog
      open={open}
      modalType={alert ? 'alert' : 'modal'}
      onOpenChange={(_, data) => !data.open && onClose()}
    >
      <DialogSurface>
        {onSubmit ? (
          <form
            noValidate={ownChecks}
            onSubmit={(event) => {
              event.preventDefault();
              onSubmit();
            }}
          >
            {body}
          </form>
        ) : (
          body
        )}
      </DialogSurface>
    </Dialog>
  );
}
