# offered.bash SCRIPT LINE… prints what is offered at the end of each line, one in a line, and then END.
# Paths are readline's part, which only a terminal has: here compgen stands for it.
[[ -z $BASH_COMPLETION ]] || source "$BASH_COMPLETION"
source "$1"
compopt() { readline=$2; }
for line in "${@:2}"; do
  readline=
  read -ra COMP_WORDS <<<"${line//=/ = }"
  [[ $line != *[\ =] ]] || COMP_WORDS+=('')
  COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
  _touchmark touchmark
  printf '%s\n' "${COMPREPLY[@]}"
  case $readline in
    default) compgen -f -- "${COMP_WORDS[COMP_CWORD]}" ;;
    dirnames) compgen -d -- "${COMP_WORDS[COMP_CWORD]}" ;;
  esac
  echo END
done
