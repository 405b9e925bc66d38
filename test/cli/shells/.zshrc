# An interactive zsh that writes what TAB offers to the file $OFFERED, and says when it has.
autoload -Uz compinit
compinit -D -u
source "$SCRIPT"

compadd() {
  # With these the completion functions only ask what would fit.
  if [[ " ${@[1,(i)(-|--)]} " != *' -'[OAD]' '* ]]; then
    local -a fitting
    builtin compadd -O fitting "$@"
    offered+=($fitting)
  fi
  builtin compadd "$@"
}

press-tab() {
  local -a offered
  _main_complete
  print -rl -- ${(uQ)offered} END >>"$OFFERED"
  compstate[insert]= compstate[list]=
  print -n COMPLETED
}
zle -C press-tab complete-word press-tab
bindkey '^I' press-tab
PROMPT=READY
