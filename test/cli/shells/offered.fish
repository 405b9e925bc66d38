# offered.fish SCRIPT LINE… prints what is offered at the end of each line, one in a line, and then END.
source $argv[1]
for line in $argv[2..]
    complete -C $line | string replace -r '\t.*' ''
    echo END
end
