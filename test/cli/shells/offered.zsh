# offered.zsh SCRIPT LINE… prints what is offered at the end of each line, one in a line, and then END.
# TAB is pressed in a zsh of its own behind a pseudo-terminal, whose settings are in .zshrc here.
zmodload zsh/zpty
export ZDOTDIR=${0:h} SCRIPT=$1 OFFERED=$PWD/.offered
zpty shell zsh -d -i
zpty -r shell said '*READY*'
for line in "${@[2,-1]}"; do
  zpty -w -n shell "$line"$'\t'
  zpty -r shell said '*COMPLETED*'
  zpty -w -n shell $'\x15'
done
zpty -d shell
cat $OFFERED
